// What the pages do by themselves. Every page works without this file.
import { defineLive } from "./live.js";
import { defineJob } from "./job.js";
import { defineProgress } from "./progress.js";
import { definePlayer } from "./player.js";
import { defineTimer } from "./timer.js";
import { csrfToken } from "./http.js";

defineLive();
defineJob();
defineProgress();
definePlayer();
defineTimer();

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

// The zone of a visitor, who may have travelled; an account's own zone comes first on the server.
const zone = `zone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "")}`;
if (zone !== "zone=" && !document.cookie.split("; ").includes(zone)) {
  document.cookie = `${zone}; path=/; max-age=31536000; samesite=lax`;
}

document.querySelector("[data-autofocus]")?.focus();

// Open menus close on Escape and on a press elsewhere.
const menus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

// A form that was sent is not sent twice by a second press.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.repeatable !== undefined) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What scrolls sideways inside a text can be reached with the keyboard.
for (const wide of document.querySelectorAll(".prose :is(pre, table)")) {
  if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}
