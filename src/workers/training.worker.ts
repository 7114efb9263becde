import * as Comlink from 'comlink';
import { createTrainingApi } from './training-api';

Comlink.expose(createTrainingApi());
