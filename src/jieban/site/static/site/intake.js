// Intake at speed: saved as you type, earlier cases of the caller, Ctrl+Enter. Works without.
"use strict";
(() => {
  const form = document.getElementById("intake");
  const side = document.getElementById("earlier");
  const saved = document.getElementById("saved");
  const send = (address) => fetch(address, {
    method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" },
  });
  let waiting = 0;
  let leaving = false;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    saved.textContent = "";
    waiting = setTimeout(async () => {
      if (leaving) return;
      try {
        const answer = await send(form.dataset.draft);
        if (answer.ok && !leaving) saved.textContent = saved.dataset.saved;
      } catch { /* the form still holds everything; the next change tries again */ }
    }, 1000);
  });
  const look = async () => {
    try {
      const answer = await send(form.dataset.earlier);
      if (answer.ok) side.innerHTML = await answer.text();
    } catch { /* nothing to show */ }
  };
  for (const name of ["phone", "address"]) form.elements[name].addEventListener("change", look);
  side.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-area]");
    if (chosen) form.elements.area.value = chosen.dataset.area;
  });
  form.addEventListener("submit", () => { leaving = true; clearTimeout(waiting); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
  });
})();
