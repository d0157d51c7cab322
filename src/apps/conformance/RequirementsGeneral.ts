/** Requirements: the model, data types, registration, metadata, MTypes and subscriptions (sections 2, 3.3 to 3.7). */
export const general = `
GEN-01 MUST H,C Every message goes from its sender to the hub, and from the hub to its recipient
GEN-02 MUST H A hub that finds a live one at its place does not start; over the record of a dead one it does
GEN-03 MUST H Clients can register, declare, send and leave, and the hub keeps track of them
GEN-04 MUST H A broadcast reaches every subscribed client but its sender
GEN-05 MUST H A message to one client is relayed only if that client is subscribed to its MType
GEN-06 MAY H A client that cannot be reached may be unregistered
GEN-07 MUST H A hub that ends announces it, and then removes its lockfile
GEN-08 - H,C Races are normal: what meets a client that has just left is an error, and harms nobody
GEN-09 MAY C A client may declare, ask and send in any order
GEN-10 SHOULD C A client unregisters before it ends
GEN-11 - C There are notifications, calls, and calls that wait; any MType may be sent any way
GEN-12 SHOULD CC A recipient does the same for a message however it came
GEN-13 MUST H Recipients see notifications and calls only; callAndWait arrives as a call
GEN-14 MUST H Unknown keys of maps pass through the hub unchanged
GEN-15 SHOULD H,C Readers ignore keys that they do not know
GEN-16 SHOULD A Keys that are to be standardised begin with x-samp.
GEN-17 SHOULD A Keys of an application begin with its name
DT-01 MUST H,C Values are strings, lists and maps, and nothing else
DT-02 MUST H,C Strings hold tab, line ends, and ASCII from blank to delete
DT-03 MUST H,C Empty strings, keys, lists and maps are legal
DT-04 MUST H Values are carried without loss, whitespace included
DT-05 SHOULD H,C Carriage returns are carried without loss
DT-06 SHOULD H Values with illegal characters are refused, and not passed on
DT-07 MUST C A SAMP int is a sign and digits
DT-08 MUST C A SAMP float is a decimal number, with an exponent if need be
DT-09 MUST C A SAMP boolean is 0 for false and another int for true
DT-10 QOI H,C Readers take what is no int for false, and keep large numbers as strings
DT-11 - A The hub does not interpret strings, other than its own arguments
DT-12 QOI H Lists of 10 000 items and deeply nested values pass
DT-13 QOI H,C Keys, tags and ids may be any string, such as __proto__
REG-01 MUST C Before registration only ping and register work
REG-02 MUST H A registration tells samp.hub-id and samp.self-id
REG-03 MUST H Public ids and private keys are never used twice
REG-04 MUST H The hub's id is the same for all and is no client's
REG-05 MUST H The hub is a client by its id: listed, with metadata and subscriptions, sender of its events
REG-06 MUST C Ids are opaque
REG-07 MUST H A new client has empty metadata and no subscriptions
REG-08 MAY C A program may register several times
REG-09 MUST H After unregister the private key is dead
REG-10 MUST H Who has unregistered is gone from listings, and cannot be sent to
REG-11 QOI H The hub is called hub, and ids need no escaping anywhere
REG-12 MUST H Private keys and the secret cannot be guessed
REG-13 MUST H A private key is never shown to another client
META-01 SHOULD C A client declares its metadata soon
META-02 MUST H declareMetadata replaces all metadata
META-03 MUST H Metadata of any keys and values are kept as they are
META-04 MUST H getMetadata works for all registered ids, and is a fault for others
META-05 SHOULD H A declaration of metadata is announced
META-06 SHOULD H The hub has metadata, with a name
META-07 MAY H Well-known keys may be checked; what is refused changes nothing
MT-01 MUST H,C An MType is atoms joined by dots, without wildcard
MT-02 - A MTypes go from the general to the special
MT-03 MUST A MTypes that begin with samp. are the standard's
MT-04 SHOULD A A definition of an MType says its parameters and results
MT-05 SHOULD CC Unknown parameters are ignored
MT-06 SHOULD A New public MTypes are announced
SUB-01 MUST CC A client gets messages of MTypes that it has subscribed to, and no others
SUB-02 MUST H,C Subscriptions are a map from patterns to maps of annotations
SUB-03 MUST H declareSubscriptions replaces all subscriptions
SUB-04 MUST H a.b.* matches all MTypes that begin with a.b.
SUB-05 MUST H a.b.* matches neither a.b nor a.bc
SUB-06 MUST H * matches every MType
SUB-07 MUST H getSubscribedClients tells the annotations of the most specific pattern that matches
SUB-08 MUST H getSubscribedClients leaves the caller out
SUB-09 MUST H getSubscriptions tells what was declared, for all registered ids, and is a fault for others
SUB-10 QOI H A client without callback that subscribes gets a fault, or is not subscribed as long as it has none
SUB-11 SHOULD H Ill-formed subscriptions are refused, and change nothing
SUB-12 SHOULD H A declaration of subscriptions is announced
SUB-13 QOI H A pattern in place of an MType is refused or compared as it stands, never expanded
SUB-14 QOI C Clients subscribe to MTypes rather than patterns, for DS9
SUB-15 MAY H The annotation x-samp.mostly-harmless may be heeded for web clients
`
