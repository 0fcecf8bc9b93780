// A page of the extension: a popup, options, or a panel.
import { join } from './join.js';

Object.assign(window, join('page'));
