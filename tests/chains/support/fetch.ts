import type { HttpFetch } from '../../../domain/payments/http.ts';

/** Loopback calls without the guard that production has. */
export const plainFetch: HttpFetch = async (url, { timeoutMs, signal, ...request }) => {
  const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
  const response = await fetch(url, { ...request, signal: AbortSignal.any(signals) });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
};
