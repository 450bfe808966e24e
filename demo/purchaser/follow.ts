import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { JobStatusAnswer } from '../../schemas/families/masumi/mip003.ts';
import { Refused } from './ask.ts';
import { usualAnswers } from './form.ts';
import { hashInput, isSigned } from './proofs.ts';
import type { Purchase } from './order.ts';
import { showForm } from './show-form.ts';
import { inWords } from './terms.ts';

const POLL_MS = 1000; // an API of ours takes 100 requests a minute

/** Looks at job and money until the job has ended, answers what the agent asks, and shows every change. */
export async function followJob(purchase: Purchase): Promise<JobStatusAnswer> {
  const { agent, job, screen, order, wallet, money } = purchase;
  let shown = '';
  let answered = '';
  let isAsked = order.refund !== true;
  for (;;) {
    const status = await agent.status(job.job_id);
    if (status.id !== shown) screen.line(`   job: ${status.status}. ${status.message ?? ''}`);
    shown = status.id;
    const deal = await money?.look();
    if (!isAsked && deal?.onChainState === 'FundsLocked') {
      isAsked = (await wallet.requestRefund(job.blockchainIdentifier)) !== undefined;
      if (isAsked) screen.line('   refund: asked for');
    }
    if (status.status === 'completed' || status.status === 'failed') return status;
    if (status.status === 'awaiting_input' && status.id !== answered) {
      await answerQuestion(purchase, status);
      answered = status.id;
    }
    await sleep(purchase.pollMs ?? POLL_MS);
  }
}

async function answerQuestion(purchase: Purchase, status: JobStatusAnswer): Promise<void> {
  const { screen, order, askPerson, agent, job } = purchase;
  const fields = status.input_schema?.input_data ?? [];
  showForm(screen, fields);
  if (status.input_deadline !== undefined)
    screen.detail(`to be answered by ${inWords(status.input_deadline)}`);
  for (;;) {
    const isTyped = order.answer === undefined && askPerson !== undefined;
    const answer = order.answer ?? (await askPerson?.(fields)) ?? usualAnswers(fields);
    screen.line(`   answer: ${JSON.stringify(answer)}`);
    try {
      const provided = await agent.provideInput(job.job_id, status.id, answer);
      return checkAnswer(purchase, status.id, answer, provided);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      screen.line(`   ${error.message}`);
      if (error.status === 409) return; // the question is no longer open: the next status says why
      if (!isTyped || error.status !== 400) throw refusedAnswer(job.job_id, error);
    }
  }
}

const refusedAnswer = (jobId: string, cause: Refused): Error =>
  new Error(
    `Job ${jobId} is paid and still waits: send another answer to its provide_input, or let its time run out and get the money back.`,
    { cause },
  );

function checkAnswer(
  { report, identifier, job }: Purchase,
  statusId: string,
  answer: JsonObject,
  provided: Parameters<typeof isSigned>[0],
): void {
  const hash = hashInput(identifier, answer);
  report.check('answer hash', hash === provided.input_hash, `${hash}, computed from the answer`);
  const signed = isSigned(provided, job.job_id, statusId);
  if (signed === undefined) return report.skip('answer signature', 'the seller has no MASUMI_SIGNING_KEY');
  report.check('answer signature', signed, `Ed25519 by ${provided.verification_key}`);
}
