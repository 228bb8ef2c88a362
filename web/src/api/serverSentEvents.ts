/** Reads a `text/event-stream` as it comes, in whatever pieces it comes (WHATWG HTML, section 9.2). */

interface Message {
  id: string;
  event: string;
  data: string;
}

export class MessageParser {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];

  /** Takes the next piece of text and returns the messages that it completed. */
  feed(text: string): Message[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const complete: Message[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) {
          complete.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
        }
        this.#event = "";
        this.#data = [];
      } else {
        this.#field(line);
      }
    }
    return complete;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id") this.#id = value;
    else if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
  }
}
