/**
 * What passed between this page and the server: whether it answers, and the last requests with their times and ids.
 * The connection's state in the header and the debug overlay read it; `observedFetch` is the one that writes.
 */
import { Store } from "./store";

interface Exchange {
  method: string;
  path: string;
  status: number;
  milliseconds: number;
  requestId: string | null;
  at: number;
}

type Reach = "unknown" | "reachable" | "unreachable";

const KEPT = 60;

export const reach = new Store<Reach>("unknown");
export const exchanges = new Store<readonly Exchange[]>([]);

/** How long the last live event took from the server's clock to this page's, in milliseconds. */
export const eventLag = new Store<number | null>(null);

export async function observedFetch(request: Request): Promise<Response> {
  const began = performance.now();
  let response: Response | undefined;
  try {
    response = await fetch(request);
    reach.set("reachable");
    return response;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) reach.set("unreachable");
    throw error;
  } finally {
    const exchange = {
      method: request.method,
      path: new URL(request.url).pathname,
      status: response?.status ?? 0,
      milliseconds: performance.now() - began,
      requestId: response?.headers.get("X-Request-Id") ?? null,
      at: Date.now(),
    };
    exchanges.set([exchange, ...exchanges.get()].slice(0, KEPT));
  }
}
