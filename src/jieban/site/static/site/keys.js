// Conveniences for the keyboard. Every page works without this file.
"use strict";
(() => {
  const writing = (at) => at.closest("input, textarea, select, [contenteditable]");
  const doors = { o: "/", t: "/tables/", a: "/appeals/" };
  let waiting = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    if (waiting && doors[event.key]) {
      location.assign(doors[event.key]);
    } else if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?") {
      location.assign("/keys/");
    }
    waiting = event.key === "g";
  });
})();
