export { evaluateOn, type Evaluation } from './evaluate';
export { shuffled } from './batches';
export { Trainer, type TrainedArrays } from './trainer';
export type { TrainingArrays, TrainingPoint, TrainingSettings, TrainingState, VariationalSettings } from './types';
export { trainedDictionary } from './dictionary';
export { gatesOf, type Gate } from './gates';
