// Swagger UI and Redoc over this site's schema. Both list an operation by its summary; ours have a
// description, whose first sentence it is. Try-out sends the session's CSRF token along.
const place = document.getElementById("api");
const root = document.documentElement;
const dark =
  root.dataset.theme === "dark" ||
  (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

function csrfToken(request) {
  const kept = document.cookie.match(/(?:^|; )(?:__Host-)?csrf=([^;]+)/);
  if (kept && !["GET", "HEAD"].includes(request.method)) request.headers["X-CSRFToken"] = kept[1];
  return request;
}

function summarised(schema) {
  const all = [...Object.values(schema.paths), ...Object.values(schema.webhooks ?? {})];
  for (const operation of all.flatMap((path) => Object.values(path))) {
    if (operation.description && !operation.summary) {
      operation.summary = operation.description.match(/^[^.;:\n]+/)[0];
    }
  }
  return schema;
}

function swagger(spec) {
  root.classList.toggle("dark-mode", dark);
  SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: true,
    requestInterceptor: csrfToken,
    presets: [SwaggerUIBundle.presets.apis],
  });
}

// Redoc reckons with its colours and cannot read oklch(): each of tokens.css is painted and read back.
const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function painted(scheme) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.colorScheme = scheme;
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    brush.fillStyle = getComputedStyle(probe).color;
    brush.fillRect(0, 0, 1, 1);
    return `rgb(${brush.getImageData(0, 0, 1, 1).data.slice(0, 3).join(", ")})`;
  };
  const [paper, wash, ink, ink2, board, rule, pen] = ["paper", "wash", "ink", "ink-2", "board", "feint", "pen"].map(read);
  probe.remove();
  return { paper, wash, ink, ink2, board, rule, pen };
}

// Redoc asks another host for its maker's logo, and has no option against it. On its page a picture
// of elsewhere gets no address: it fails before anything is asked, and Redoc takes it away.
function keepPicturesHere() {
  const pictures = HTMLImageElement.prototype;
  const src = Object.getOwnPropertyDescriptor(pictures, "src");
  Object.defineProperty(pictures, "src", { ...src, set(value) { this.setAttribute("src", value); } });
  pictures.setAttribute = function (name, value) {
    const isElsewhere = name === "src" && new URL(value, location).origin !== location.origin;
    if (isElsewhere) queueMicrotask(() => this.dispatchEvent(new Event("error")));
    else Element.prototype.setAttribute.call(this, name, value);
  };
}

function redoc(spec) {
  keepPicturesHere();
  const ours = painted(dark ? "dark" : "light");
  const night = painted("dark");
  const text = '"Atkinson Hyperlegible Next", sans-serif';
  const theme = {
    colors: {
      primary: { main: ours.board },
      error: { main: ours.pen },
      text: { primary: ours.ink, secondary: ours.ink2 },
      border: { dark: ours.rule, light: ours.rule },
      http: { get: ours.board, post: ours.board, put: ours.board, patch: ours.board, delete: ours.pen },
    },
    schema: { linesColor: ours.rule, typeNameColor: ours.ink2, typeTitleColor: ours.ink2, requireLabelColor: ours.pen, nestedBackground: ours.wash, arrow: { color: ours.ink2 } },
    typography: {
      fontFamily: text,
      fontSize: "17px",
      headings: { fontFamily: '"Besley", Georgia, serif', fontWeight: "560" },
      code: { fontFamily: '"Atkinson Hyperlegible Mono", monospace', color: ours.ink, backgroundColor: ours.wash },
      links: { color: ours.board },
    },
    sidebar: { backgroundColor: ours.wash, textColor: ours.ink, activeTextColor: ours.board },
    rightPanel: { backgroundColor: night.paper, textColor: night.ink },
    codeBlock: { backgroundColor: night.wash },
  };
  Redoc.init(spec, { theme, hideDownloadButton: true }, place);
}

// Putting the schema together takes the server a moment.
const waiting = Object.assign(document.createElement("p"), { className: "api-note", textContent: "Reading the contract…" });
place.replaceChildren(waiting);
const headers = { Accept: "application/vnd.oai.openapi+json" };
fetch(place.dataset.schema, { headers })
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
  .then((schema) => (place.dataset.look === "redoc" ? redoc : swagger)(summarised(schema)))
  .catch(() => {
    waiting.remove();
    document.getElementById("api-failed").hidden = false;
  });
