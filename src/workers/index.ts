export { createRunner, type WorkerRunner } from './client';
export { openStoredModels, type StoredModels } from './storage-client';
export { openTraining, type WorkerTraining } from './training-client';
export { openFeatureRecords, type FeatureRecords } from './features-client';
