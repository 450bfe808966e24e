import { isObject } from '../json.ts';
import { plainText } from '../plain-text.ts';
import type { CatalogueService } from './catalogue.ts';
import type { DraftStep } from './draft.ts';
import { isSafeName } from './paths.ts';

/**
 * What is wrong with the services that steps name: a named service is that one or none, because another does other work at
 * another price; and one that lacks a param that it requires would take the money and refuse.
 */
export function serviceProblems(
  steps: readonly DraftStep[],
  services: readonly CatalogueService[],
): string[] {
  const byId = new Map(services.map((service) => [service.id, service]));
  return steps.flatMap((step) => {
    if (step.type !== 'service_call' || step.serviceId === undefined) return [];
    const service = byId.get(step.serviceId);
    if (service === undefined)
      return [
        `Step "${step.id}" names the service "${plainText(step.serviceId).slice(0, 100)}", which is not in the catalogue: use the id of a service that is.`,
      ];
    return unfilled(step, service).map(
      (name) => `Step "${step.id}" lacks "${plainText(name)}", which ${service.name} requires.`,
    );
  });
}

/** Required params without a default that neither the step nor the service's address gives. */
export function unfilled(
  { params, inputMapping = {} }: DraftStep,
  { url, inputSchema }: CatalogueService,
): string[] {
  const { required, properties } = inputSchema ?? {};
  if (!Array.isArray(required) || !isObject(properties)) return [];
  const fixed = new URL(url).searchParams;
  return required.filter((name): name is string => {
    const schema = typeof name === 'string' && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (typeof name !== 'string' || !isSafeName(name)) return false; // no param can have that name
    if (!isObject(schema) || schema['default'] !== undefined) return false;
    return !Object.hasOwn(params, name) && !Object.hasOwn(inputMapping, name) && !fixed.has(name);
  });
}
