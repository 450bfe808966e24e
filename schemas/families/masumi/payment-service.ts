export * from './payment-service/answers.ts';
export * from './payment-service/primitives.ts';
export * from './payment-service/registry.ts';
export * from './payment-service/requests.ts';
