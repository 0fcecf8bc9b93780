// What pages post of their consoles, for browsers whose drivers do not tell: see pages/console.js.
const PATH = '/e2e/said';

/** Whose console it is, the user agent says: one browser, one token. */
export class Consoles {
  #heard = new Map();
  #count = 0;

  /** Has `log` called with each line of the browser whose user agent ends in `token`, until `stop` is called. */
  hear(log) {
    const token = `console/${++this.#count}`;
    this.#heard.set(token, log);
    return { token, stop: () => this.#heard.delete(token) };
  }

  /** The element to add to the head of a page that this request asks for, or ''. */
  added(request) {
    return this.#log(request) ? '<script src="/e2e/console.js"></script>' : '';
  }

  /** Answers the request and returns true if it is such a post. */
  take(request, response) {
    if (request.method !== 'POST' || request.url !== PATH) return false;
    const log = this.#log(request);
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      if (text) log?.({ tab: '', ...JSON.parse(text) });
      response.writeHead(204).end();
    });
    return true;
  }

  #log({ headers }) {
    return this.#heard.get(headers['user-agent']?.split(' ').at(-1));
  }
}
