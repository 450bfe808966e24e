/** One HTTP exchange with a host that users or catalogues named; the implementation guards against SSRF. */
export interface HttpRequest {
  method: string;
  headers: { [name: string]: string };
  body?: string;
  signal?: AbortSignal;
  timeoutMs: number;
}

/**
 * Header names are lower-case. `text` is the whole body as its codings and its charset say, its size already limited.
 * `fault`: why the body cannot be read; `text` is empty then. `url` is where a redirect has led, if one was followed.
 */
export interface HttpAnswer {
  status: number;
  headers: { readonly [name: string]: string };
  text: string;
  fault?: string;
  url?: string;
}

/** Rejects when no answer came: refused, reset, timed out, blocked. */
export type HttpFetch = (url: string, request: HttpRequest) => Promise<HttpAnswer>;
