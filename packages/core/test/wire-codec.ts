// The one place that says where the tests find the codec.
export * from "@faast/core/provider";
