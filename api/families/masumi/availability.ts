import type { Availability } from '../../../schemas/families/masumi/mip003.ts';
import { ApiError } from '../../problem.ts';
import { inTime, LATE } from '../../time-limit.ts';
import { paymentServiceDown } from './problems.ts';
import { agentOf, type Shop } from './shop.ts';
import { someHolds } from './some-holds.ts';

const BUDGET_MS = 20_000; // masumi.md 1.2
const NEXT_MS = 250; // a flow that hangs holds the next one up this long

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
  const refusals: ApiError[] = [];
  const looks = (await directory.flows()).map(({ key }) => async (): Promise<boolean> => {
    const refusal = await refusalOf(shop, key, left());
    if (refusal !== undefined) refusals.push(refusal);
    return refusal === undefined;
  });
  if (await someHolds(looks, NEXT_MS)) return ready(shop, 'Agents are there.');
  // What is for sale and broken says more than what is not for sale.
  const told = refusals.find(({ code }) => code !== 'agent_not_configured') ?? refusals[0];
  return availability(false, told?.message ?? 'No agent can be hired.');
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
    const { identifier } = await agentOf(shop, flow);
    const [payable] = await Promise.all([
      isPayable(shop, identifier, withinMs),
      shop.directory.schemaNow(flow, withinMs),
    ]);
    return payable ? undefined : paymentServiceDown();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** Free agents are hired without the payment service, as long as it is known that they are free. */
async function isPayable(shop: Shop, identifier: string, withinMs: number): Promise<boolean> {
  if (shop.options.testMode) return true;
  const price = await inTime(shop.prices(identifier), withinMs);
  if (price === LATE) return false;
  return price.kind === 'Free' || shop.isPayable();
}

const ready = ({ options }: Shop, message: string): Availability =>
  availability(true, options.testMode ? `${message} SIMULATED payments: nobody pays.` : message);

const availability = (available: boolean, message: string): Availability => ({
  status: available ? 'available' : 'unavailable',
  type: 'masumi-agent',
  message,
});
