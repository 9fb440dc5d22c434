// Extras of the shell; every page works without them. Esc closes what is open; a common phrase joins the opinion.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.qh-cite[open], details.qh-user[open], details.qh-menu[open]")) {
    open.open = false;
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
  }
});

for (const group of document.querySelectorAll(".qh-phrases[hidden]")) group.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-phrase]");
  if (!button) return;
  const box = document.getElementById(button.dataset.for);
  box.value = (box.value ? box.value.trimEnd() + " " : "") + button.dataset.phrase;
  box.focus();
});
