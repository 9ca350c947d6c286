// Requests to our own API with the session and its CSRF token.
export function csrfToken() {
  return /(?:^|; )csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

export async function getJson(url, signal) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

// With a `key` the server does it once, however often it is sent.
export function postJson(url, body, { keepalive = false, method = "POST", key = "" } = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  if (key) headers["Idempotency-Key"] = key;
  return fetch(url, { method, keepalive, headers, body: JSON.stringify(body ?? {}) });
}

// crypto.randomUUID is only there on secure origins.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
