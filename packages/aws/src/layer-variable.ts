/** Set in functions whose dependencies are in a layer. */
export const LAYER_VARIABLE = "FAAST_LAYER";
