// The page's own server, which passes calls on to the stand-ins and to the product.

const PATIENCE = 20_000; // milliseconds; the server gives up earlier and says so

export class Refused extends Error {
  constructor(status, says) {
    super(says);
    this.status = status;
  }
}

/** The decoded answer to `/api/{path}`; with a `body` it is a POST. Throws Refused with words to show. */
export async function ask(path, body) {
  const options = { signal: AbortSignal.timeout(PATIENCE) };
  if (body !== undefined) {
    options.method = 'POST';
    options.headers = { 'Content-Type': 'application/json' };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/api/${path}`, options);
  } catch (error) {
    throw new Refused(0, error.message);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, wording(answer?.error, response.status));
  return answer;
}

function wording(error, status) {
  if (typeof error === 'string') return error;
  if (Array.isArray(error)) return error.map((one) => one.msg).join('; ');
  return `HTTP ${status}`;
}

/**
 * Repeat `work` a second after it ended, as long as the page is visible. Returns a function that asks
 * for it at once.
 */
export function everySecond(work) {
  let timer;
  let running = false;
  let again = false;

  async function turn() {
    clearTimeout(timer);
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await work().catch(console.error);
    } while (again);
    running = false;
    if (!document.hidden) timer = setTimeout(turn, 1000);
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else turn();
  });
  turn();
  return turn;
}

const PAUSE = 2000; // milliseconds before a broken stream is opened again

/**
 * Watch the Telegram stand-in. `opened` runs on every connection, before any change is told; `changed`
 * gets each change; `lost` runs when the connection is gone.
 */
export function watch({ opened, changed, lost }) {
  const stream = new EventSource('/api/telegram/events');
  for (const kind of ['message', 'edit', 'reaction', 'delete', 'chat']) {
    stream.addEventListener(kind, (event) => changed(JSON.parse(event.data)));
  }
  stream.addEventListener('open', opened);
  stream.addEventListener('error', () => {
    lost();
    // The browser reconnects a stream that broke off, but not one that was refused.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => watch({ opened, changed, lost }), PAUSE);
  });
}
