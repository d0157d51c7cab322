# What DS9's menus send, by its own procedures; for `ds9 -source`. It runs inside DS9 and ends it.
proc ZooSteps {} {
    global samp
    if {![info exists samp]} {SAMPConnect 0}
    # The visitor may need a while; its subscription to image.load.fits is what is waited for.
    for {set i 0} {$i < 40} {incr i} {
	SAMPUpdate
	if {$samp(apps,image) != {}} {break}
	after 500
    }
    foreach app $samp(apps,image) {SAMPSendImageLoadFits [lindex $app 0]}
    SAMPSendImageLoadFits {}
    SAMPSendTableLoadFits {}
    SAMPSendCoordPointAtSky {} {10.684708 +41.268750}
    ZooEnd
}
proc ZooEnd {} {
    global samp env
    # JsampPeer makes this file when it has asked all its questions.
    if {![file exists [file join $env(HOME) visited]]} {after 500 ZooEnd; return}
    if {[info exists samp]} {SAMPDisconnect}
    exit
}
after 4000 ZooSteps
