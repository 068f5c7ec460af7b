exports.hello = (name) => `hello ${name}, from process ${process.pid}`;
