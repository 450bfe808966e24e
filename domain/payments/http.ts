/** One HTTP exchange with a host that users or catalogues named; the implementation guards against SSRF. */
export interface HttpRequest {
  method: string;
  headers: { [name: string]: string };
  body?: string;
  signal?: AbortSignal;
  timeoutMs: number;
}

/** Header names are lower-case. `text` is the whole body, its size already limited. */
export interface HttpAnswer {
  status: number;
  headers: { readonly [name: string]: string };
  text: string;
}

/** Rejects when no answer came: refused, reset, timed out, blocked. */
export type HttpFetch = (url: string, request: HttpRequest) => Promise<HttpAnswer>;
