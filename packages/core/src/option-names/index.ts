/** `@remctl/core/option-names`: the check of options' names, for this project's packages. */
export { checkOptionNames, type OptionNames } from './check-option-names.js';
export { CLIENT, FOR_THE_CLIENT, optionNames, TARGET_OPTIONS } from './known-options.js';
