// Follows the events of the account. EventSource cannot send a token, so this reads the stream itself.

import { address, authorization } from "./api.js";

const SILENCE = 40000; // the server sends at least a comment every 15 s
const FIRST_PAUSE = 400, LONGEST_PAUSE = 5000;

export class EventStream {
  #handlers;
  #controller = null;
  #lastId = "";
  #pause = FIRST_PAUSE;
  #wake = () => {};

  // open: called whenever the stream begins, also after a break; what was missed meanwhile has to be read.
  // event: called with a name and data. lost: called with the milliseconds until the next attempt.
  constructor(handlers) {
    this.#handlers = handlers;
    addEventListener("online", () => this.#wake());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#wake(); });
  }

  start() {
    this.stop();
    this.#lastId = "";
    const controller = new AbortController();
    this.#controller = controller;
    this.#run(controller);
  }

  stop() {
    this.#controller?.abort();
    this.#controller = null;
  }

  retry() { this.#wake(); }

  async #run(controller) {
    while (!controller.signal.aborted) {
      const ended = await this.#follow(controller);
      if (controller.signal.aborted || ended) return;
      this.#handlers.lost(this.#pause);
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, this.#pause);
      });
      this.#pause = Math.min(this.#pause * 1.6, LONGEST_PAUSE);
    }
  }

  async #follow(controller) {
    const attempt = new AbortController(), abort = () => attempt.abort();
    let timer = setTimeout(abort, SILENCE);
    try {
      const headers = { Authorization: authorization(), Accept: "text/event-stream" };
      if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
      const response = await fetch(address("/events"), { headers, credentials: "omit", cache: "no-store", signal: AbortSignal.any([controller.signal, attempt.signal]) });
      if (response.status === 401) { dispatchEvent(new CustomEvent("session-ended")); return true; }
      if (!response.ok) return false;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "", isOpen = false;
      for (;;) {
        const { done, value } = await reader.read();
        if (done || controller.signal.aborted) return false;
        clearTimeout(timer);
        timer = setTimeout(abort, SILENCE);
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        if (!isOpen) { isOpen = true; this.#pause = FIRST_PAUSE; this.#handlers.open(); }
        for (const block of blocks) this.#take(block);
      }
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #take(block) {
    let name = "", data = "";
    for (const line of block.split("\n")) {
      const [, key, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (key === "id") this.#lastId = value;
      else if (key === "event") name = value;
      else if (key === "data") data += value;
    }
    if (name) this.#handlers.event(name, JSON.parse(data || "{}"));
  }
}
