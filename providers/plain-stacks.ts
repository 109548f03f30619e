// Imported by the program and by every provider, for what it does to the process.
//
// The SDK has source-map-support look up every frame of every stack trace, and takes a trace of unlimited length for each resource. That reads and
// sorts the source maps of the SDK and of @pulumi/openstack: a quarter of the processor time of an `up` without changes, and 60 MiB. Node strips types
// in place, so the traces of this project are right without.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
