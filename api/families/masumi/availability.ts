import type { Availability } from '../../../schemas/families/masumi/mip003.ts';
import { ApiError } from '../../problem.ts';
import { agentOf, type Shop } from './shop.ts';

const BUDGET_MS = 20_000; // masumi.md 1.2

/** Can this flow be hired now? If not, the reason is the one for which an order would be refused. */
export async function availabilityOf(shop: Shop, key: string): Promise<Availability> {
  const left = createBudget();
  if (!(await shop.directory.isListed(key, left())))
    return availability(false, 'Kodosumi does not list this flow, or cannot be reached.');
  const refusal = await refusalOf(shop, key, left());
  return refusal === undefined ? ready(shop, 'Ready.') : availability(false, refusal.message);
}

/** Can any flow be hired now? The answer comes with the first one that can. */
export async function anyAvailability(shop: Shop): Promise<Availability> {
  const { directory } = shop;
  const left = createBudget();
  if (!(await directory.isListed(undefined, left())))
    return availability(false, 'Kodosumi lists no flow, or cannot be reached.');
  let first: ApiError | undefined;
  for (const { key } of await directory.flows()) {
    const refusal = await refusalOf(shop, key, left());
    if (refusal === undefined) return ready(shop, 'Agents are there.');
    first ??= refusal;
    if (refusal.code === 'kodosumi_unavailable') break; // the others would be refused for the same reason
  }
  return availability(false, first?.message ?? 'No agent can be hired.');
}

/** What is left of the time, in ms. */
function createBudget(): () => number {
  const until = Date.now() + BUDGET_MS;
  return () => Math.max(0, until - Date.now());
}

/** What an order for this flow would be refused for. */
async function refusalOf(shop: Shop, key: string, withinMs: number): Promise<ApiError | undefined> {
  try {
    const flow = await shop.directory.require(key);
    await agentOf(shop, flow);
    await shop.directory.schemaNow(flow, withinMs);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

const ready = ({ options }: Shop, message: string): Availability =>
  availability(true, options.testMode ? `${message} SIMULATED payments: nobody pays.` : message);

const availability = (available: boolean, message: string): Availability => ({
  status: available ? 'available' : 'unavailable',
  type: 'masumi-agent',
  message,
});
