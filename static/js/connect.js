/**
 * Flowra's connect.js, version 1: lets a person connect an account without leaving the app's page.
 *
 *   const link = Flowra.connect({ redirectUrl: () => fetch("/my-app/link").then((answer) => answer.text()) });
 *   link.on("opened", () => …);
 *   const { connectedAccountId } = await link;
 *
 * Call it in the click itself: the window is opened at once, and pointed at the link when there is one.
 *
 * @typedef {"popup" | "redirect" | "iframe"} Mode
 * @typedef {string | Promise<string> | (() => string | Promise<string>)} Later
 * @typedef {object} Wishes
 * @property {Later} [redirectUrl]  what `POST connected_accounts/link` answered, or a function that fetches it
 * @property {Later} [linkToken]  its `linkToken`, where this file is loaded from Flowra itself
 * @property {Mode} [mode]  "popup" unless told otherwise
 * @property {Element | string} [element]  for "iframe": where to put it; a dialog of its own without
 * @property {"redirect" | "none"} [fallback]  where no window may be opened: go there with this page ("redirect"), or fail
 * @typedef {object} Ending
 * @property {"success" | "confirm" | "failed"} status
 * @property {string} connectedAccountId
 * @property {string} [confirmationToken]  with "confirm": for `POST connected_accounts/{id}/confirm`
 * @property {string} [error]  with "failed": why, as `statusReason.code`
 */
(() => {
  "use strict";

  const HERE = document.currentScript instanceof HTMLScriptElement ? new URL(document.currentScript.src).origin : "";
  const VERSION = 1;
  const SIZE = { width: 480, height: 760 };
  const ASK = { first: 1000, later: 3000, slowerAfter: 60000 }; // milliseconds

  class FlowraError extends Error {
    /** @param {string} code @param {string} words @param {Partial<Ending>} [ending] */
    constructor(code, words, ending) {
      super(words);
      this.name = "FlowraError";
      this.code = code;
      this.connectedAccountId = ending && ending.connectedAccountId;
    }
  }

  /** @type {{ focus: () => void } | null} one at a time: a second call brings the first to the front */
  let underWay = null;

  /**
   * Resolves with how it ended well ("success" or "confirm"); rejects with an Error whose `code` says why it did not.
   * `closed` is only advice: a window that seems closed may be at a service that hides it, so the account's status decides.
   *
   * @param {Wishes} wishes
   * @returns {Promise<Ending> & { on: (event: string, call: (detail: any) => void) => any, close: () => void }}
   */
  function connect(wishes) {
    const mode = wishes.mode || "popup";
    /** @type {Record<string, Array<(detail: any) => void>>} */
    const heard = {};
    const tell = (event, detail) => (heard[event] || []).slice().forEach((call) => call(detail || {}));
    let win = null, frame = null, url = null, over = false, seemsClosed = false, timer = 0;
    /** @type {any} */
    let settle;
    /** @type {any} */
    const link = new Promise((resolve, reject) => { settle = { resolve, reject }; });
    link.catch(() => {}); // whoever listens to the events alone is not told of it twice
    link.on = (event, call) => { (heard[event] = heard[event] || []).push(call); return link; };
    link.close = () => end(new FlowraError("closed", "The app closed it."));

    if (underWay && mode !== "redirect") {
      underWay.focus();
      settle.reject(new FlowraError("under_way", "Another connection is being made; its window is in front now."));
      return link;
    }
    if (mode === "popup") {
      win = window.open("", `flowra-${Date.now()}`, features());
      if (!win) {
        if (wishes.fallback === "none") return fail("popup_blocked", "The browser let no window be opened.");
      } else {
        underWay = { focus: () => win.focus() };
      }
    } else if (mode === "iframe") {
      frame = makeFrame(wishes.element);
      underWay = { focus: () => frame.focus() };
    }

    whatever(wishes.redirectUrl || wishes.linkToken).then((given) => {
      if (over) return;
      url = new URL(wishes.redirectUrl ? given : `/connect/${given}`, wishes.redirectUrl ? location.href : HERE || undefined);
      const shown = new URL(url);
      if (win) {
        shown.searchParams.set("display", "popup");
        win.location.replace(shown);
      } else if (frame) {
        shown.searchParams.set("display", "iframe");
        frame.src = shown.href;
      } else {
        location.assign(url);
        return;
      }
      window.addEventListener("message", hear);
      timer = window.setTimeout(ask, ASK.first, Date.now());
    }).catch((error) => end(error instanceof FlowraError ? error : new FlowraError("no_link", String(error))));
    return link;

    function fail(code, words) {
      settle.reject(new FlowraError(code, words));
      return link;
    }

    function hear(/** @type {MessageEvent} */ event) {
      const said = event.data;
      if (event.origin !== url.origin || !said || said.source !== "flowra" || said.version !== VERSION) return;
      if (event.source !== win && !(frame && event.source === frame.contentWindow)) return;
      if (said.type === "ready" || said.type === "opened") tell(said.type, said);
      else if (said.type === "resize" && frame) frame.style.height = `${Math.min(Math.max(said.height, 200), 2000)}px`;
      else if (said.type === "success" || said.type === "confirm" || said.type === "failed") finish(said);
    }

    function ask(since) {
      if (over) return;
      if (win && win.closed && !seemsClosed) {
        seemsClosed = true;
        tell("closed");
      }
      fetch(`${url.origin}${url.pathname}/status`, { credentials: "omit", cache: "no-store" })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((told) => {
          if (over || !told) return;
          // The token of a confirmation goes by message alone; the app's callback has it where messages do not get through.
          if (told.status === "success" || told.status === "failed") finish(told);
        })
        .catch(() => {}) // offline, or an app whose page this link was not made for: messages still come
        .then(() => {
          if (!over) timer = window.setTimeout(ask, Date.now() - since > ASK.slowerAfter ? ASK.later : ASK.first, since);
        });
    }

    function finish(said) {
      const status = said.status || said.type;
      const ending = { status, connectedAccountId: said.connectedAccountId };
      if (said.confirmationToken) ending.confirmationToken = said.confirmationToken;
      if (said.error) ending.error = said.error;
      if (status === "failed") end(new FlowraError(said.error || "failed", "The account was not connected.", ending), ending);
      else end(null, ending);
    }

    function end(error, ending) {
      if (over) return;
      over = true;
      underWay = null;
      window.clearTimeout(timer);
      window.removeEventListener("message", hear);
      if (win && error && error.code === "closed") win.close();
      if (frame) (frame.flowraDialog || frame).remove();
      if (error) {
        tell("failed", { code: error.code, ...ending });
        settle.reject(error);
      } else {
        tell("success", ending);
        settle.resolve(ending);
      }
      if (!seemsClosed) tell("closed");
    }

    function makeFrame(place) {
      const made = document.createElement("iframe");
      made.title = "Connect";
      made.style.cssText = "border:0;width:100%;height:640px;color-scheme:light dark";
      const where = typeof place === "string" ? document.querySelector(place) : place;
      if (where) {
        where.append(made);
      } else {
        const dialog = document.createElement("dialog");
        dialog.style.cssText = "padding:0;border:0;border-radius:12px;width:min(480px,100vw)";
        dialog.append(made);
        dialog.addEventListener("close", () => end(new FlowraError("closed", "The person closed it.")));
        document.body.append(dialog);
        dialog.showModal();
        made.flowraDialog = dialog;
      }
      return made;
    }
  }

  function whatever(given) {
    return new Promise((resolve) => { resolve(typeof given === "function" ? given() : given); }).then((value) => {
      if (typeof value !== "string" || !value) throw new FlowraError("no_link", "There is no redirectUrl or linkToken.");
      return value;
    });
  }

  function features() {
    const width = Math.min(SIZE.width, screen.availWidth), height = Math.min(SIZE.height, screen.availHeight);
    const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
    const top = Math.max(0, window.screenY + (window.outerHeight - height) / 3);
    return `popup,width=${width},height=${height},left=${Math.round(left)},top=${Math.round(top)}`;
  }

  window.Flowra = Object.freeze({ connect, version: VERSION, FlowraError });
})();
