export { alongDecoder, selectByGradient } from './gradient-selection';
export { variationalCode, type VariationalCode, type VariationalWeights } from './vsae';
