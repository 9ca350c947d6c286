// Swagger UI over this site's schema; try-out sends the session's CSRF token along.
const place = document.getElementById("api");

function csrfToken(request) {
  const kept = document.cookie.match(/(?:^|; )(?:__Host-)?csrf=([^;]+)/);
  if (kept && !["GET", "HEAD"].includes(request.method)) request.headers["X-CSRFToken"] = kept[1];
  return request;
}

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  requestInterceptor: csrfToken,
  presets: [SwaggerUIBundle.presets.apis],
});
