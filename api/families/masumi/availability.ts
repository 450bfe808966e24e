import type { Availability } from '../../../schemas/families/masumi/mip003.ts';
import { ApiError } from '../../problem.ts';
import { agentOf, type Shop } from './shop.ts';

const BUDGET_MS = 20_000; // masumi.md 1.2

/** Can this flow be hired now? What keeps it from that is what an order would be refused for. */
export async function availabilityOf(shop: Shop, key: string): Promise<Availability> {
  const { directory } = shop;
  if (!(await directory.isListed(key, BUDGET_MS)))
    return availability(false, 'Kodosumi does not list this flow, or cannot be reached.');
  const reason = await refusalOf(shop, key);
  return reason === undefined ? ready(shop, 'Ready.') : availability(false, reason);
}

/** Can any flow be hired now? */
export async function anyAvailability(shop: Shop): Promise<Availability> {
  const { directory } = shop;
  if (!(await directory.isListed(undefined, BUDGET_MS)))
    return availability(false, 'Kodosumi lists no flow, or cannot be reached.');
  const flows = await directory.flows();
  const reasons = await Promise.all(flows.map(({ key }) => refusalOf(shop, key)));
  return reasons.includes(undefined)
    ? ready(shop, 'Agents are there.')
    : availability(false, reasons[0] ?? 'No agent can be hired.');
}

/** What an order for this flow would be refused for. */
async function refusalOf(shop: Shop, key: string): Promise<string | undefined> {
  try {
    await agentOf(shop, await shop.directory.require(key));
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
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
