// Small improvements of pages that work without them: countdowns, times in the reader's zone,
// one click per form, appearance without a reload. No page depends on this file.
"use strict";

(() => {
  const pad = (number) => String(number).padStart(2, "0");
  const language = document.documentElement.lang || "en";

  function showCountdowns() {
    for (const element of document.querySelectorAll("time[data-countdown]")) {
      const left = Math.max(0, Math.floor((Date.parse(element.dateTime) - Date.now()) / 1000));
      const days = Math.floor(left / 86400);
      const clock = `${pad(Math.floor(left / 3600))}:${pad(Math.floor(left / 60) % 60)}:${pad(left % 60)}`;
      element.textContent = days >= 3 ? `${days} ${element.dataset.days}` : clock;
    }
  }

  const shapes = {
    time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    date: { dateStyle: "medium" },
    datetime: { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" },
  };

  function showTimes(root) {
    for (const element of root.querySelectorAll("time[data-when]")) {
      const at = new Date(element.dateTime);
      element.title = element.title || element.textContent.trim();
      element.textContent = new Intl.DateTimeFormat(language, shapes[element.dataset.when]).format(at);
    }
  }

  // A key that makes a repeated form one job; a page restored by the Back button needs a new one.
  function renewKeys() {
    for (const field of document.querySelectorAll("input[name=idempotency_key]")) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      field.value = "form:" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    for (const button of document.querySelectorAll("button[data-once][aria-disabled]")) {
      button.removeAttribute("aria-disabled");
    }
  }

  function onSubmit(event) {
    const button = event.target.querySelector("button[data-once]");
    if (!button) return;
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    // aria-disabled instead of disabled: the button keeps the focus and its name in the form.
    button.setAttribute("aria-disabled", "true");
  }

  function setTheme(chosen) {
    const root = document.documentElement;
    const secure = location.protocol === "https:" ? "; secure" : "";
    if (chosen === "system") {
      delete root.dataset.theme;
      document.cookie = `theme=; path=/; max-age=0; samesite=lax${secure}`;
    } else {
      root.dataset.theme = chosen;
      document.cookie = `theme=${chosen}; path=/; max-age=31536000; samesite=lax${secure}`;
    }
    for (const button of document.querySelectorAll("[data-theme-form] button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-theme-form]") && event.submitter) {
      event.preventDefault();
      setTheme(event.submitter.value);
      return;
    }
    onSubmit(event);
  });

  // A menu closes on Escape and on a click elsewhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const copy = event.target.closest("button[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      source.focus();
      source.select();
      if (navigator.clipboard) {
        navigator.clipboard.writeText(source.value).then(() => {
          copy.textContent = copy.dataset.done;
        });
      }
    }
  });

  // A slider says its number while it is moved.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=range]")) return;
    const output = document.querySelector(`output[data-of="${event.target.name}"]`);
    if (output) output.textContent = event.target.value;
  });

  // Ctrl or Cmd with Enter sends the form one is writing in.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
      event.target.form.requestSubmit();
    }
  });

  function showZones() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const element of document.querySelectorAll("[data-zone]")) {
      element.textContent = zone.split("/").pop().replaceAll("_", " ");
    }
    for (const element of document.querySelectorAll("[data-with-zone]")) element.hidden = false;
  }

  function refresh(root) {
    showTimes(root);
    showCountdowns();
    // A live region speaks only when its words change, not each time a card is fetched again.
    const said = document.querySelector("[data-announce]");
    const region = document.getElementById("announcer");
    if (said && region && region.textContent !== said.dataset.announce) {
      region.textContent = said.dataset.announce;
    }
  }

  // A card with data-events fetches itself when its doorbell rings: the server rings it through a
  // stream, and while there is no stream a timer does.
  let stream = null;
  let lastHeard = 0;
  const ring = (card) => htmx.trigger(card, "doorbell");

  function listen() {
    const card = document.querySelector("[data-events]");
    if (!card) {
      if (stream) stream.close();
      stream = null;
      return;
    }
    if (stream && stream.address === card.dataset.events) return;
    if (stream) stream.close();
    stream = new EventSource(card.dataset.events);
    stream.address = card.dataset.events;
    stream.addEventListener("job", () => {
      lastHeard = Date.now();
      const now = document.querySelector("[data-events]");
      if (now) ring(now);
    });
  }

  // A refused stream is closed for good, one that was cut off is about to come back.
  function ringWithoutStream() {
    const card = document.querySelector("[data-events]");
    if (!card || document.hidden) return;
    const open = stream && stream.readyState === EventSource.OPEN;
    // The place in line changes without an event of one's own job.
    if (open && Date.now() - lastHeard < 3000) return;
    lastHeard = Date.now();
    ring(card);
  }

  refresh(document);
  listen();
  setInterval(ringWithoutStream, 1000);
  document.addEventListener("htmx:afterSettle", listen);
  showZones();
  setInterval(showCountdowns, 1000);
  document.addEventListener("htmx:afterSettle", () => refresh(document));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) renewKeys();
  });
})();
