/** Sparse dictionaries: reading every format into one `Dictionary`, and what one computes. */
export { readDictionaryAddress } from './address';
export { catalogueUrl, readCatalogue, type DictionaryEntry } from './catalogue';
export { decode } from './decode';
export { encode } from './encode';
export { exportSaelens, exportSaelensZip, type SaelensFiles } from './export';
export { absorbDecoderBias, decoderNorms, foldDecoderNorm } from './fold';
export { openDictionary } from './open';
export { overridesText, splitOverrides, withOverrides } from './overrides';
export { readDecoderRows } from './rows';
export { alternatives, type Alternative } from './alternatives';
export { createFit, type Fit } from './explained';
export { batchTopK, nextThreshold, prefixOf } from './training';
export type { DictionaryPorts } from './types';
