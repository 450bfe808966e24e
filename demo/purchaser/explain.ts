import { isSilence, Refused } from './ask.ts';

/** Turns an error into one that says what to do next. Meant for `catch`. */
export const explain =
  (deed: 'start_job' | 'pay') =>
  (error: unknown): never => {
    const advice = adviceFor(deed, error);
    if (advice === undefined) throw error;
    const words = error instanceof Refused ? `${error.message}\n` : '';
    throw new Error(words + advice, { cause: error });
  };

function adviceFor(deed: 'start_job' | 'pay', error: unknown): string | undefined {
  if (deed === 'pay' && isSilence(error))
    return 'The payment service does not answer: is PAYMENT_SERVICE_URL right? Nothing is lost: a job that is not paid costs nothing.';
  if (!(error instanceof Refused)) return undefined;
  const { code } = (error.body ?? {}) as { code?: unknown };
  if (code === 'invalid_input') return 'Say what the fields above ask for with --input.';
  if (error.status !== 401 && error.status !== 403) return undefined;
  return deed === 'pay'
    ? "The payment service does not take this key: set PAYMENT_API_KEY to one that may buy on the seller's network."
    : 'This API wants a key: set STEWARD_ADMIN_KEY to one that may operate, or MASUMI_PUBLIC=true on the server.';
}
