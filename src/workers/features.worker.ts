import * as Comlink from 'comlink';
import { createFeaturesApi } from './features-api';

Comlink.expose(createFeaturesApi());
