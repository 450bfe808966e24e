import { randomBytes } from 'node:crypto';
import type { AgentPricing } from '../../domain/masumi/ports/masumi-node.ts';
import type { StartedJob } from '../../schemas/families/masumi/mip003.ts';
import { followJob } from './follow.ts';
import type { Bought, Order, Purchase, Purchaser } from './order.ts';
import { watchMoney } from './money.ts';
import { showForm } from './show-form.ts';
import { explain } from './explain.ts';
import { priceInWords } from './proofs.ts';
import { watchRefund } from './refund.ts';
import { createReport, type Report } from './report.ts';
import { checkResult } from './result.ts';
import { checkTerms, isUnpaid } from './terms.ts';
import type { Wallet } from './wallet.ts';

const IDENTIFIER_BYTES = 10; // hex that the payment service takes verbatim (masumi.md section 3)

/** Buys one job from order to result over the public wire, and checks everything that can be checked. */
export async function purchase(purchaser: Purchaser, order: Order): Promise<Bought> {
  const { screen } = purchaser;
  const report = createReport(screen);
  const bought = await start(purchaser, order, report);
  const { job, money } = bought;
  const last = await followJob(bought);
  if (last.status === 'completed') await checkResult(bought, last.result ?? '');
  else screen.line(`   The job failed: ${last.error_code ?? ''} ${last.message ?? ''}`);
  const wantsMoney = order.refund === true || last.status === 'failed';
  const isRefunded = money !== undefined && wantsMoney && (await watchRefund(bought, money, last));
  const isGood = last.status === 'completed' || (order.refund === true && isRefunded);
  const passed = isGood && report.failures() === 0;
  const fulfilled = passed && (order.refund !== true || isRefunded);
  return { jobId: job.job_id, status: last.status, passed, fulfilled };
}

/** An order on terms that hold, paid for. */
async function start(purchaser: Purchaser, order: Order, report: Report): Promise<Purchase> {
  const { agent, wallet, screen } = purchaser;
  const { status, message } = await agent.availability();
  screen.line(`   availability: ${status}. ${message}`);
  if (status !== 'available')
    throw new Error(`The agent cannot be hired now. ${message} GET /flows lists what there is.`);
  const fields = await agent.fields();
  showForm(screen, fields);
  const input = order.input ?? (await purchaser.askPerson?.(fields)) ?? (await agent.example());
  screen.line(`   input: ${JSON.stringify(input)}`);
  const identifier = randomBytes(IDENTIFIER_BYTES).toString('hex');
  const job = await agent.startJob(identifier, input).catch(explain('start_job'));
  screen.line(`   job ${job.job_id}, for ${isUnpaid(job) ? 'nothing' : priceInWords(job.amounts)}`);
  const pricing = isUnpaid(job) ? undefined : await pricingOf(wallet, job);
  checkTerms(report, job, { identifier, input, pricing }, Date.now());
  if (report.failures() > 0) throw new Error('These are not the terms of the order: nothing was paid.');
  const money = pricing && watchMoney(wallet, screen, job.blockchainIdentifier);
  if (pricing !== undefined) {
    const { id } = await wallet.pay(job, pricing).catch(explain('pay'));
    screen.line(`   paid: purchase ${id}`);
  }
  return { ...purchaser, report, order, identifier, job, money };
}

async function pricingOf(wallet: Wallet, { agentIdentifier }: StartedJob): Promise<AgentPricing> {
  const pricing = await wallet.pricing(agentIdentifier ?? '').catch(explain('pay'));
  if (pricing !== undefined) return pricing;
  throw new Error(
    `The payment service does not know the agent ${agentIdentifier}: nothing was paid. Is it on the seller's network?`,
  );
}
