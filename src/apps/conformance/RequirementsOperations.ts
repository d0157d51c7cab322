/** Requirements: operations, faults, the Standard Profile, hub events and shutdown (sections 3.11 to 3.13, 4, 6.4). */
export const operations = `
HUB-01 MUST H ping answers
HUB-02 MUST H register returns a registration, and is a fault for a wrong secret
HUB-03 MUST H unregister forgets the client
HUB-04 MUST H declareMetadata takes a map
HUB-05 MUST H getMetadata returns a map
HUB-06 MUST H declareSubscriptions takes a map
HUB-07 MUST H getSubscriptions returns a map
HUB-08 MUST H getRegisteredClients lists all clients and the hub, without the caller
HUB-09 MUST H getSubscribedClients returns a map of annotations by client
HUB-10 MUST H notify sends to one
HUB-11 MUST H notifyAll sends to all that subscribe, and lists them
HUB-12 MUST H call sends to one, and returns a msg-id
HUB-13 MUST H callAll sends to all that subscribe, and returns msg-ids
HUB-14 MUST H callAndWait returns the response
HUB-15 MUST H reply takes a msg-id and a response
HUB-16 MUST H The Standard Profile adds setXmlrpcCallback
HUB-20 MUST H All operations are there
HUB-21 MUST H Operations without result return a legal value
HUB-22 MUST H A wrong number or type of arguments is a fault
HUB-23 MUST H An unknown method is a fault
HUB-24 MUST H An unknown private key is a fault, for every operation
HUB-25 MUST H A declaration that is refused leaves the one before in force
HUB-26 QOI H The hub answers samp.app.ping, and subscribes to no hub events itself
HUB-27 QOI H A message to the hub goes as one to any client
HUB-28 SHOULD H While one waits, all others are served
HUB-29 QOI H All profiles of a hub share their clients
CLI-01 MUST CC receiveNotification takes a sender and a message
CLI-02 MUST CC receiveCall takes a sender, a msg-id and a message
CLI-03 MUST CC receiveResponse takes a responder, a tag and a response
CLI-10 MAY CC A client need not be callable
CLI-11 MUST CC A callable client has all three methods
CLI-12 SHOULD CC Callbacks return at once
CLI-13 SHOULD CC The private key of a callback is looked at
CLI-14 SHOULD CC Hub events are believed only if the hub sends them
CLI-15 MUST CC Callbacks return legal values, which the hub ignores
CLI-16 SHOULD CC After samp.hub.disconnect a client does not unregister
CLI-17 SHOULD CC After samp.hub.event.shutdown the registration is gone
CLI-18 SHOULD CC Clients subscribe to hub events, and answer samp.app.ping
CLI-19 QOI CC Clients ask for the list after they have subscribed to its events
CLI-20 QOI CC Deliveries may come before setXmlrpcCallback has returned
CLI-21 QOI CC A hub that has died is noticed
ERR-01 MUST H A fault is for the caller of an operation; a recipient that failed sends an error response
ERR-02 MUST H A fault is a struct of faultCode, an int, and faultString, a string
ERR-03 MUST H A fault is an HTTP 200 response
ERR-04 MAY H Fault codes mean nothing
ERR-05 QOI H A fault's text is a line of legal characters without a private key
ERR-06 MUST H,C What is no XML-RPC gets a fault or HTTP 400, and the server lives on
STD-01 MUST H,C The transport is XML-RPC by HTTP POST
STD-02 MUST H,C Values are string, array and struct; no other XML-RPC type is used
STD-03 MUST H,C A value without a type is a string
STD-04 MUST H,C Methods begin with samp.hub. and samp.client.
STD-05 MUST H,C register takes the secret; all other methods take the client's own private key first
STD-06 MUST C A client becomes callable by setXmlrpcCallback
STD-07 MUST H Callbacks go to exactly the URL given last; what is no URL is a fault
STD-08 MUST H The registration tells samp.private-key
STD-10 MUST H samp.hub.register(secret) returns a map
STD-11 MUST H samp.hub.unregister(key)
STD-12 MUST H samp.hub.setXmlrpcCallback(key, url)
STD-13 MUST H samp.hub.ping() needs no argument
STD-14 MUST H samp.hub.declareMetadata(key, map)
STD-15 MUST H samp.hub.getMetadata(key, id) returns a map
STD-16 MUST H samp.hub.declareSubscriptions(key, map)
STD-17 MUST H samp.hub.getSubscriptions(key, id) returns a map
STD-18 MUST H samp.hub.getRegisteredClients(key) returns a list
STD-19 MUST H samp.hub.getSubscribedClients(key, mtype) returns a map
STD-20 MUST H samp.hub.notify(key, id, message)
STD-21 MUST H samp.hub.notifyAll(key, message) returns a list
STD-22 MUST H samp.hub.call(key, id, tag, message) returns a string
STD-23 MUST H samp.hub.callAll(key, tag, message) returns a map
STD-24 MUST H samp.hub.callAndWait(key, id, message, timeout) returns a map
STD-25 MUST H samp.hub.reply(key, msg-id, response)
STD-26 MUST CC samp.client.receiveNotification(key, sender, message)
STD-27 MUST CC samp.client.receiveCall(key, sender, msg-id, message)
STD-28 MUST CC samp.client.receiveResponse(key, responder, tag, response)
STD-30 MUST H,C SAMP_HUB decides where the lockfile is, if it is set
STD-31 MUST C SAMP_HUB=std-lockurl:URL names the lockfile
STD-32 MAY H,C Other forms of SAMP_HUB belong to other profiles
STD-33 MUST H,C The lockfile is .samp in the home directory
STD-34 QOI H,C HOME says where that is, or the password database
STD-35 MUST H A hub started with SAMP_HUB writes its lockfile there
STD-36 MUST H The lockfile has samp.secret, samp.hub.xmlrpc.url and samp.profile.version
STD-37 MUST C Unknown keys of the lockfile are ignored
STD-38 SHOULD C Lines of the lockfile that make no sense are skipped
STD-39 MUST H Only its user can read the lockfile
STD-40 QOI H The lockfile is made unreadable for others, not made so afterwards
STD-41 SHOULD H On Windows the directory protects the lockfile
STD-42 MUST H A hub that starts asks the one of the lockfile for a sign of life
STD-43 QOI H A hub listens before its lockfile appears
STD-44 MUST H A hub that ends removes the lockfile, if it is still its own
STD-45 SHOULD H It does so however it ends
STD-46 QOI H A lockfile that vanishes is noticed
STD-47 SHOULD C A lockfile whose hub is dead means that there is no hub
STD-48 MUST H The hub's URL is an http URL with port and path
STD-49 SHOULD H The hub listens on the loopback interface only
STD-50 MUST C All line ends of lockfiles are understood
STD-51 QOI C Of two lines with one key the last counts
STD-52 QOI H,C Other keys of lockfiles are known
STD-53 QOI H Several hubs have their lockfiles in .samp-1
EVT-01 SHOULD H samp.hub.event.register tells of each new client, once
EVT-02 SHOULD H samp.hub.event.shutdown tells that the hub ends
EVT-03 SHOULD H samp.hub.event.unregister tells of each client that has left, once
EVT-04 SHOULD H samp.hub.disconnect tells a client that it is thrown out
EVT-05 SHOULD H samp.hub.event.metadata tells of each declaration, its own client too
EVT-06 SHOULD H samp.hub.event.subscriptions tells of each declaration, by the new subscriptions
EVT-10 MUST H What an event tells can be asked for already
EVT-11 QOI H The events of a client come in the order of what they tell
EVT-12 QOI H Events hold whole maps, {} when cleared
EVT-13 QOI H Events are notifications
EVT-14 QOI H A profile that ends alone tells its own clients, and the others that these have left
EVT-15 QOI H Hub events that a client sends are relayed as its own, or refused
APP-01 SHOULD C Clients answer samp.app.ping
APP-02 MAY C samp.app.status tells the status of a client
APP-03 MAY C samp.app.event.shutdown tells that a client ends
APP-04 MAY C samp.msg.progress tells of a call that takes time
SHUT-01 MUST H A hub that ends takes no registrations, tells all clients, removes its lockfile, and closes
SHUT-02 MUST H A hub that ends does not announce that each client has left
SHUT-03 SHOULD H It takes a few seconds at most
SHUT-04 SHOULD C A client that ends unregisters
SHUT-05 SHOULD C Calls fail plainly when the hub goes
SHUT-06 SHOULD H The key of a client that was thrown out is dead
`
