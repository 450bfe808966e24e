import type { PlanIntent } from '../draft.ts';
import type { Understanding } from '../understanding/understanding.ts';
import type { Scene } from './scene.ts';

/** What the plan is about, as the contract's `intent`. */
export function intentOf(scene: Scene, understanding: Understanding): PlanIntent {
  return {
    classification: scene.used.at(-1)?.service.category.replaceAll(/\W+/g, '_').toLowerCase() || 'general',
    entities: entitiesOf(understanding),
    confidence: confidenceOf(scene, understanding),
    requiredCapabilities: [...new Set(scene.used.flatMap(({ service }) => service.capabilities.slice(0, 2)))],
  };
}

/** Above 0.9 only where each task is named for its service and no word was passed over, corrected or taken on trust. */
function confidenceOf({ certainty }: Scene, { ignored, corrections, parts }: Understanding): number {
  const lowest = Math.min(1, ...certainty);
  const doubts = ignored.length + corrections.length + parts.filter(({ as }) => as === 'unavailable').length;
  const context = parts.filter(({ as }) => as === 'context').length;
  return (
    Math.round((0.95 * lowest - Math.min(0.4, 0.12 * doubts) - Math.min(0.1, 0.02 * context)) * 100) / 100
  );
}

function entitiesOf({ parts }: Understanding): PlanIntent['entities'] {
  const entities: { [name: string]: string | number | string[] } = {};
  for (const { as, field, value } of parts) {
    if (as !== 'value' || field === undefined || (typeof value !== 'string' && typeof value !== 'number'))
      continue;
    if (typeof value === 'string' && value.length > 200) continue;
    const before = entities[field];
    if (before === undefined || before === value) entities[field] = value;
    else entities[field] = [...new Set([...[before].flat(), value].map(String))];
  }
  return entities;
}
