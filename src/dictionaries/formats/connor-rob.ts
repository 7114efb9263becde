import { UserError } from '../../lib/errors';
import type { Format } from '../types';
import { buildDictionary, hasAll } from './build';
import { countIn, textIn } from './config';
import type { Notes } from './parts';

/** The attention dictionaries of Kissane and others: a `.pt` and `<its name>_cfg.json` with act_name, act_size and dict_size. */
export const connorRob: Format = {
  name: 'Kissane et al.',
  recognises: (files) => files.config !== null && 'act_name' in files.config && hasAll(files, 'W_enc', 'W_dec', 'b_enc', 'b_dec'),
  async read(files) {
    const notes: Notes = [];
    const config = files.config ?? {};
    const read = await buildDictionary(
      files,
      {
        names: { W_enc: 'W_enc', b_enc: 'b_enc', W_dec: 'W_dec', b_dec: 'b_dec' },
        encoder: 'standard',
        applyBDecToInput: true,
        hookName: textIn(config, 'act_name'),
        format: 'Kissane et al.',
        architecture: 'standard',
        modelName: textIn(config, 'model_name'),
      },
      notes,
    );
    const [saidIn, saidSae] = [countIn(config, 'act_size'), countIn(config, 'dict_size')];
    if ((saidIn !== null && saidIn !== read.dIn) || (saidSae !== null && saidSae !== read.dSae))
      throw new UserError('bad-config', `the settings say act_size ${saidIn} and dict_size ${saidSae}, but the tensors have ${read.dIn} and ${read.dSae}. The two files don't belong together.`);
    return { ...read, notes };
  },
};
