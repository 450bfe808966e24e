import type { ReasoningClient } from '../../sdk/index.ts';
import type { Workflow } from '../../schemas/families/reasoning.ts';
import { exitCodeOf } from '../verify-lines.ts';
import { checkOne, receiptLines, untilFinal, type ReceiptCheck } from './check-receipt.ts';
import type { Connection } from './connect.ts';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { failureLines } from './show-failure.ts';
import { resultLines, saveResult } from './show-result.ts';
import { money } from './words.ts';

/** Done, failed, declined or cancelled, nobody answered. */
type ExitCode = 0 | 1 | 3 | 4;

/** Of ends that are none of the run. */
export const EXITS = { cancelled: 3, unanswered: 4, left: 130 } as const;

export interface Stage {
  connection: Connection;
  /** A client whose answers are read by another parser. */
  clientOf(parse: (text: string) => unknown): Pick<ReasoningClient, 'getReceipt' | 'getReceiptKey'>;
  say(line: string): void;
  out: string | undefined;
  interrupted: AbortSignal;
}

export interface Concluded {
  exit: ExitCode;
  check: ReceiptCheck | undefined;
}

const FINAL_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1000;

/** Tells how a run ended, and whether its receipt holds. */
export async function conclude(stage: Stage, workflow: Workflow): Promise<Concluded> {
  tellEnd(stage, workflow);
  const isPaid = workflow.paymentSignatures.length > 0 || workflow.totalCost !== 0;
  if (workflow.status !== 'completed' && !isPaid) return { exit: exitOf(workflow), check: undefined };
  const check = await checkReceipt(stage, workflow);
  const cost = money(workflow.totalCost, workflow.executionPlan?.asset ?? '');
  stage.say(`Receipt: it cost ${cost}.`);
  receiptLines(check).forEach(stage.say);
  return { exit: exitCodeOf(check.findings) === 1 ? 1 : exitOf(workflow), check };
}

function tellEnd({ say, out, connection }: Stage, { id, output, error }: Workflow): void {
  if (error !== undefined) failureLines(error).forEach(say);
  if (output === undefined) return;
  say('Result:');
  resultLines(output, `${connection.baseUrl}/workflows/${id}`).forEach(say);
  if (out !== undefined) for (const file of saveResult(output, out)) say(`Saved ${file}`);
}

function exitOf({ status, error }: Workflow): ExitCode {
  if (status === 'completed') return 0;
  if (status === 'cancelled') return 3;
  return error?.code === 'NEEDS_DETAIL' ? 4 : 1;
}

/** The receipt as it was sent: its hashes are over that. */
async function checkReceipt(stage: Stage, { id, output }: Workflow): Promise<ReceiptCheck> {
  const { connection, clientOf, say, interrupted } = stage;
  const exact = clientOf((text) => parseReceipt(`The receipt of ${id}`, text));
  const first = await exact.getReceipt(id);
  if (!first.final && connection.hasNodes)
    say('Waiting until its payments are final on their chains; Ctrl-C does not wait.');
  const receipt = first.final
    ? first
    : await untilFinal(() => exact.getReceipt(id), {
        until: connection.hasNodes ? Date.now() + FINAL_WITHIN_MS : 0,
        pause: () => pause(interrupted),
        interrupted,
      });
  const { public_key: publicKey } = await clientOf(JSON.parse).getReceiptKey();
  return checkOne(receipt, { publicKey, output }, connection.witnesses);
}

const pause = (interrupted: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, LOOK_EVERY_MS);
    interrupted.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
