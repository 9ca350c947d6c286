// Requests to our own API with the session and its CSRF token.
export function csrfToken() {
  return /(?:^|; )csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

export async function getJson(url, signal) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

export function postJson(url, body, { keepalive = false, method = "POST" } = {}) {
  return fetch(url, {
    method,
    keepalive,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body ?? {}),
  });
}
