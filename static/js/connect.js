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
 * @property {Element | string | null} [element]  for "iframe": where to put it; a dialog of its own without
 * @property {"redirect" | "none"} [fallback]  where no window or frame may be opened: go there with this page, or fail
 * @property {number} [width]  of the window, in CSS pixels, where the service's page wants other than 480 by 760
 * @property {number} [height]
 * @typedef {object} Ending
 * @property {"success" | "confirm" | "failed"} status
 * @property {string} connectedAccountId
 * @property {string} [confirmationToken]  with "confirm": for `POST connected_accounts/{id}/confirm`
 * @property {string} [error]  with "failed": why, as `statusReason.code`
 * @typedef {Ending & { source: string, version: number, type: string, height: number }} Said
 * @typedef {"ready" | "opened" | "success" | "failed" | "closed"} Happening
 * @typedef {(detail: Partial<Ending> & { code?: string }) => void} Hearer
 * @typedef {Promise<Ending> & { on: (event: Happening, call: Hearer) => Link, close: () => void }} Link
 */
var Flowra = (() => {
  "use strict";

  const FILE = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : "";
  const VERSION = 1;
  const SIZE = { width: 480, height: 760 };
  // Milliseconds. An answer that takes longer than `patience` is asked for again; a frame that is loaded and says nothing
  // for `silence` is one that the browser blocked.
  const TIME = { look: 400, first: 1000, later: 3000, slowerAfter: 60000, patience: 15000, silence: 3000 };
  /** @type {Record<string, [string, string]>} */
  const WORDS = {
    en: ["Connect", "Close"], de: ["Verbinden", "Schließen"], fr: ["Connecter", "Fermer"],
    es: ["Conectar", "Cerrar"], pt: ["Conectar", "Fechar"], ja: ["接続", "閉じる"],
  };

  class FlowraError extends Error {
    /** @param {string} code @param {string} words @param {Partial<Ending>} [ending] */
    constructor(code, words, ending) {
      super(words);
      this.name = "FlowraError";
      this.code = code;
      this.connectedAccountId = ending && ending.connectedAccountId;
    }
  }

  /** @type {{ isThere: () => boolean, focus: () => void } | null} one at a time: a second call brings it to the front */
  let underWay = null;

  /**
   * Resolves with how it ended well ("success" or "confirm"); rejects with an Error whose `code` says why it did not.
   * `closed` is only advice: a window that seems closed may be at a service that hides it, so the account's status decides.
   * Whoever calls again then has a new window, and each call its own ending.
   *
   * @param {Wishes} wishes
   * @returns {Link}
   */
  function connect(wishes) {
    const { mode = "popup", fallback = "redirect", redirectUrl, linkToken, element } = wishes || {};
    /** @type {Record<string, Hearer[]>} */
    const heard = {};
    let win = /** @type {Window | null} */ (null), frame = /** @type {HTMLIFrameElement | null} */ (null);
    let dialog = /** @type {HTMLDialogElement | null} */ (null), url = /** @type {URL | null} */ (null);
    let over = false, seemsClosed = false, isReady = false, isOpened = false;
    let timer = 0, began = 0, askNext = 0, unread = 0;
    const listening = new AbortController(), { signal } = listening;
    const me = {
      isThere: () => Boolean((win && !win.closed) || (frame && frame.isConnected)),
      focus: () => { if (win) win.focus(); else if (frame) frame.focus(); },
    };

    let settle = /** @type {[(ending: Ending) => void, (error: unknown) => void] | null} */ (null);
    /** @type {Promise<Ending>} */
    const promise = new Promise((...both) => { settle = both; });
    const [resolve, reject] = settle || [() => {}, () => {}];
    promise.catch(() => {}); // whoever listens to the events alone is not told of it twice
    /** @type {Link} */
    const link = Object.assign(promise, {
      on: (/** @type {Happening} */ event, /** @type {Hearer} */ call) => {
        (heard[event] = heard[event] || []).push(call);
        return link;
      },
      close: () => end(new FlowraError("closed", "The app closed it.")),
    });

    try { begin(); } catch (error) { later(error); }
    return link;

    /** Opens what is to be opened, in the click itself. */
    function begin() {
      if (!/^(popup|redirect|iframe)$/.test(mode)) throw new FlowraError("bad_wish", "mode is popup, redirect or iframe.");
      if (mode !== "redirect" && underWay && underWay.isThere()) {
        underWay.focus();
        throw new FlowraError("under_way", "Another connection is being made; its window is in front now.");
      }
      if (mode === "popup") {
        win = window.open("", `flowra-${Date.now()}`, features(wishes));
        if (win && win.closed) win = null; // as some blockers have it
        if (!win && fallback === "none") throw new FlowraError("popup_blocked", "The browser let no window be opened.");
      } else if (mode === "iframe") {
        frame = makeFrame();
      }
      if (win || frame) underWay = me;
      const given = redirectUrl || linkToken;
      Promise.resolve(typeof given === "function" ? given() : given).then(go).catch(later);
    }

    /** Points it at the link, and listens from then on. @param {unknown} given */
    function go(given) {
      if (over) return;
      url = address(given, Boolean(redirectUrl));
      const shown = new URL(url);
      if (win) {
        // Nothing foreign was in it yet, so this time it is certain.
        if (win.closed) throw new FlowraError("closed", "The person closed the window.");
        shown.searchParams.set("display", "popup");
        win.location.replace(shown);
      } else if (frame) {
        shown.searchParams.set("display", "iframe");
        frame.addEventListener("load", () => setTimeout(() => { if (!over && !isReady) blocked(); }, TIME.silence));
        frame.src = shown.href;
      } else {
        leave(url);
        return;
      }
      window.addEventListener("message", hear, { signal });
      for (const back of ["focus", "online"]) window.addEventListener(back, () => { askNext = 0; }, { signal });
      began = Date.now();
      askNext = began + TIME.first;
      timer = window.setInterval(look, TIME.look);
    }

    /** This page itself goes there; should the person come back by the back button, they can press again. @param {URL} to */
    function leave(to) {
      window.addEventListener("pageshow", (event) => {
        if (event.persisted) end(new FlowraError("closed", "The person came back."));
      });
      location.assign(to);
    }

    /** Whatever goes wrong before there is a link; `on` has been called by then. @param {unknown} error */
    function later(error) {
      const told = error instanceof FlowraError ? error : new FlowraError("no_link", String(error));
      Promise.resolve().then(() => end(told));
    }

    /** The frame shows nothing of ours: it may not be framed here, or this page may not frame it. */
    function blocked() {
      if (fallback === "none" || !url) return end(new FlowraError("frame_blocked", "The browser shows no frame of Flowra's here."));
      quiet();
      leave(url);
    }

    /** @param {MessageEvent<Said>} event */
    function hear(event) {
      const said = event.data;
      if (!url || event.origin !== url.origin || !said || said.source !== "flowra" || said.version !== VERSION) return;
      if (!event.source || event.source !== (frame ? frame.contentWindow : win)) return;
      if (said.type === "ready" || said.type === "opened") {
        if (said.type === "opened" || !isReady) tell(said.type);
        isReady = true;
        isOpened = isOpened || said.type === "opened";
      } else if (said.type === "resize" && frame) {
        frame.style.height = `${Math.min(Math.max(said.height, 200), 2000)}px`;
      } else if (said.type === "success" || said.type === "confirm" || said.type === "failed") {
        // Where nobody says so, a confirmation goes by the callback.
        event.source.postMessage({ source: "flowra", version: VERSION, type: "heard" }, { targetOrigin: url.origin });
        finish(said);
      }
    }

    /** Every now and then: is the window there, and how does the account stand? */
    function look() {
      if (!me.isThere()) gone();
      if (over || !url || Date.now() < askNext) return;
      askNext = Date.now() + TIME.patience;
      fetch(`${url.origin}${url.pathname}/status`, { credentials: "omit", cache: "no-store" })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((told) => {
          unread = 0;
          // The token of a confirmation goes by message alone; the app's callback has it where messages do not get through.
          if (told && (told.status === "success" || told.status === "failed")) finish(told);
        })
        .catch(() => {
          unread += 1; // offline, or an app whose page this link was not made for
          if (unread === 5 && navigator.onLine) {
            console.warn(`Flowra: ${location.origin} may not read how this link stands. Is it the origin of its callbackUrl, and allowed?`);
          }
        })
        .then(() => {
          askNext = Date.now() + (Date.now() - began > TIME.slowerAfter ? TIME.later : TIME.first);
        });
    }

    function gone() {
      if (seemsClosed) return;
      seemsClosed = true;
      tell("closed");
    }

    /** @param {Said} said */
    function finish(said) {
      /** @type {Ending} */
      const ending = { status: said.status, connectedAccountId: said.connectedAccountId };
      if (said.confirmationToken) ending.confirmationToken = said.confirmationToken;
      if (said.error) ending.error = said.error;
      if (said.status !== "failed") end(null, ending);
      else end(new FlowraError(said.error || "failed", "The account was not connected.", ending), ending);
    }

    /** @param {FlowraError | null} error @param {Ending} [ending] */
    function end(error, ending) {
      if (over) return;
      const wasShown = Boolean(win || frame);
      quiet();
      // A window that shows nothing, or that the app wants closed; any other says itself how it ended.
      if (win && error && (!url || error.code === "closed")) win.close();
      if (error) tell("failed", { code: error.code, ...ending });
      else tell("success", ending);
      if (error || !ending) reject(error);
      else resolve(ending);
      if (wasShown) gone();
    }

    function quiet() {
      over = true;
      if (underWay === me) underWay = null;
      window.clearInterval(timer);
      listening.abort();
      if (dialog) dialog.close();
      if (frame) (dialog || frame).remove();
    }

    /** What the app makes of it is its own: its mistakes stop nothing here. @param {Happening} event @param {object} [detail] */
    function tell(event, detail) {
      for (const call of (heard[event] || []).slice()) {
        try { call(detail || {}); } catch (error) { setTimeout(() => { throw error; }); }
      }
    }

    /** @returns {HTMLIFrameElement} */
    function makeFrame() {
      const [title, close] = WORDS[document.documentElement.lang.slice(0, 2).toLowerCase()] || WORDS.en;
      const where = typeof element === "string" ? document.querySelector(element) : element;
      if (element && !(where instanceof Element)) throw new FlowraError("bad_wish", `There is no element ${element}.`);
      const made = document.createElement("iframe");
      made.title = title;
      made.style.cssText = "display:block;border:0;width:100%;height:640px;color-scheme:light dark";
      if (where) where.append(made);
      if (where) return made;
      dialog = document.createElement("dialog");
      dialog.setAttribute("aria-label", title);
      dialog.style.cssText = "box-sizing:border-box;color-scheme:light dark;padding:0;border:0;border-radius:12px;width:480px;max-width:100vw;max-height:100dvh";
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: close, onclick: () => dialog && dialog.close() });
      button.style.cssText = "display:block;margin-inline-start:auto;padding:12px 16px;border:0;background:none;color:inherit;font:inherit;cursor:pointer";
      dialog.append(button, made);
      dialog.addEventListener("close", () => {
        if (over) return;
        // Once the service's window is open, it is there that this ends.
        if (isOpened) (dialog || made).remove();
        else end(new FlowraError("closed", "The person closed it."));
      });
      document.body.append(dialog);
      dialog.showModal();
      return made;
    }
  }

  /** The link's address; raises what says that it is none. @param {unknown} given @param {boolean} isUrl */
  function address(given, isUrl) {
    if (typeof given !== "string" || !given) throw new FlowraError("no_link", "There is no redirectUrl or linkToken.");
    if (!isUrl && !FILE) throw new FlowraError("no_link", "A linkToken needs this file loaded from Flowra; give redirectUrl.");
    let url = null;
    try { url = isUrl ? new URL(given, location.href) : new URL(`connect/${given}`, FILE); } catch { /* said below */ }
    if (url && /^https?:$/.test(url.protocol) && /\/connect\/[\w-]+$/.test(url.pathname)) return url;
    throw new FlowraError("no_link", `That is no link of Flowra's: ${given.slice(0, 100)}`);
  }

  /** @param {Wishes} wishes */
  function features(wishes) {
    const width = Math.min((wishes && wishes.width) || SIZE.width, screen.availWidth);
    const height = Math.min((wishes && wishes.height) || SIZE.height, screen.availHeight);
    const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
    const top = Math.max(0, window.screenY + (window.outerHeight - height) / 3);
    return `popup,width=${width},height=${height},left=${Math.round(left)},top=${Math.round(top)}`;
  }

  const flowra = Object.freeze({ connect, version: VERSION, FlowraError });
  Object.assign(window, { Flowra: flowra }); // also where this file is imported as a module
  return flowra;
})();
