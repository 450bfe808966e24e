import type {
  CreatePaymentRequest,
  PaymentSourceType,
} from '../../schemas/families/masumi/payment-service.ts';

/** What is wrong with the source that a seller or a purchaser names: V2 needs the index of one, V1 knows none. */
export function refuseSource(
  sourceType: PaymentSourceType,
  {
    paymentSourceType,
    supportedPaymentSourceIndex: index,
  }: Pick<CreatePaymentRequest, 'paymentSourceType' | 'supportedPaymentSourceIndex'>,
): string | undefined {
  if (paymentSourceType !== undefined && paymentSourceType !== sourceType)
    return `The agent's payment source is of type ${sourceType}`;
  if (sourceType === 'Web3CardanoV2' && index !== 0)
    return 'supportedPaymentSourceIndex must name the V2 source, which is 0';
  if (sourceType === 'Web3CardanoV1' && index !== undefined)
    return 'supportedPaymentSourceIndex must not be given for V1 payments';
  return undefined;
}
