import type { FamilyEvent } from '../schemas/core/event.ts';

/** A family's event types by short names: `{ changed: 'payment.changed' }`. Its manifest lists them. */
export const familyEvents = <Name extends string>(types: {
  readonly [name in Name]: string;
}): { readonly [name in Name]: FamilyEvent } => types as { readonly [name in Name]: FamilyEvent };
