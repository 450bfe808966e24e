import type { CatalogueService } from '../../../domain/plan/catalogue.ts';
import type { Service } from '../../../schemas/families/reasoning.ts';
import { rawNumber } from '../../http/json-source.ts';
import type { ReasoningOptions } from './options.ts';

/** What plans are made from: the registry's services and the Bazaar's, for `GET /services`. */
export async function listServices({
  catalogue,
  cut,
}: ReasoningOptions): Promise<{ services: Service[]; notice?: string }> {
  const services = (await catalogue()).map(toWireService);
  const notice = await cut?.();
  return notice === undefined ? { services } : { services, notice };
}

/** Prices are decimals in text inside, numbers on the wire. */
const toWireService = (service: CatalogueService): Service => ({
  ...service,
  pricePerCall: rawNumber(service.pricePerCall),
});
