import type { ActivateInput, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { payloadConverter } from './payload-converter.ts';

type Signal = NonNullable<
  NonNullable<NonNullable<ActivateInput['activation']['jobs']>[number]['signalWorkflow']>
>;
type Payload = NonNullable<Signal['input']>[number];

const RESERVED = '__temporal_'; // Temporal's own; its SDK throws at such a signal when others have a handler
const LINE = '__';

/**
 * Loaded with the bundle. Two signals fail in Temporal's SDK before any handler of a run sees them, and then its task is repeated
 * for ever: one whose argument cannot be decoded, and one with a reserved name. Here both become signals that a run can read, so
 * that its guards ignore them and tell so. What a history holds decides alone, so replays do the same.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        for (const { signalWorkflow } of input.activation.jobs ?? [])
          if (signalWorkflow) makeReadable(signalWorkflow);
        next(input);
      },
    },
  ],
});

/** Changes the signal in place: the SDK reads it afterwards. */
export function makeReadable(signal: Signal): void {
  if (signal.signalName?.startsWith(RESERVED)) signal.signalName = signal.signalName.slice(LINE.length);
  signal.input = signal.input?.map((payload) => (isReadable(payload) ? payload : UNREADABLE)) ?? null;
}

/** No guard takes text for a message. */
const UNREADABLE = payloadConverter.toPayload('an argument that cannot be decoded');

function isReadable(payload: Payload): boolean {
  try {
    payloadConverter.fromPayload(payload);
    return true;
  } catch {
    return false;
  }
}
