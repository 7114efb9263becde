export { evaluateOn, type Evaluation } from './evaluate';
export { shuffled } from './batches';
export { Trainer, type TrainedArrays } from './trainer';
export type { TrainingArrays, TrainingPoint, TrainingSettings, TrainingState } from './types';
