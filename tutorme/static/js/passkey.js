// <tm-passkey data-do="create|get" data-options="id of a JSON script" | data-from="address">: a form
// whose button asks the device and sends what it answers. Without a script the button stays hidden.
import { getJson } from "./http.js";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const decodeIds = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

function decoded({ publicKey: key }) {
  const options = { ...key, challenge: bytes(key.challenge) };
  if (key.user) options.user = { ...key.user, id: bytes(key.user.id) };
  options.excludeCredentials = decodeIds(key.excludeCredentials);
  options.allowCredentials = decodeIds(key.allowCredentials);
  return { publicKey: options };
}

function encoded(credential) {
  const { response } = credential;
  const out = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) out[name] = text(response[name]);
  }
  if (response.getTransports) out.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: out,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

class Passkey extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.querySelector("[data-passkey]");
    this.note = this.querySelector("[data-passkey-note]");
    const possible = Boolean(window.PublicKeyCredential) && !/^[\d.:[\]]+$/.test(location.hostname);
    this.button.hidden = !possible;
    if (!possible) this.say(this.dataset.impossible);
    this.button.addEventListener("click", () => this.ask());
  }

  say(words) {
    if (!this.note) return;
    this.note.textContent = words ?? "";
    this.note.hidden = !words;
  }

  async options() {
    const { from, options } = this.dataset;
    if (from) return (await getJson(from)).request_options;
    return JSON.parse(document.getElementById(options).textContent);
  }

  async ask() {
    this.say("");
    try {
      const given = await this.options();
      const options = decoded(given.creation_options ?? given.request_options ?? given);
      if (this.dataset.do === "create") this.shape(options.publicKey);
      const credential = await navigator.credentials[this.dataset.do](options);
      this.form.elements.credential.value = JSON.stringify(encoded(credential));
      this.form.submit();
    } catch {
      this.say(this.dataset.failed);
    }
  }

  // A passkey that is to be enough alone lives on the device and asks for its owner.
  shape(options) {
    const alone = this.form.elements.passwordless?.checked ?? false;
    options.authenticatorSelection = {
      ...options.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      userVerification: alone ? "required" : "preferred",
    };
  }
}

customElements.define("tm-passkey", Passkey);
