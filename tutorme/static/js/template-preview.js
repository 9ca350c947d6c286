// The design as the press prints it, a moment after each change. Without this script the button
// beside it opens the same on a page of its own.
(() => {
  const place = document.querySelector(".template-preview");
  if (!place) return;
  const form = place.closest("form");
  const image = place.querySelector("[data-preview]");
  const state = place.querySelector("[data-preview-state]");
  const problem = place.querySelector("[data-preview-problem]");
  let timer = 0;
  let latest = 0;

  const printed = async () => {
    const answer = await fetch(place.dataset.url, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new FormData(form),
    });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  };

  const show = async () => {
    const mine = ++latest;
    state.textContent = place.dataset.printing;
    const tried = await printed().catch(() => null);
    if (mine !== latest) return;
    state.textContent = tried ? "" : place.dataset.failed;
    if (!tried) return;
    problem.textContent = tried.problem || "";
    image.hidden = !tried.picture;
    if (tried.picture) image.src = tried.picture;
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 800);
  });
  show();
})();
