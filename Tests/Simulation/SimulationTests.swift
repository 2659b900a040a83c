import MillraceSimulation
import Testing

struct SimulationTests {
    @Test(arguments: UInt64(0)..<200) func nothingIsLostOrDoubled(seed: UInt64) {
        let report = Simulation(seed: seed).run()
        #expect(report.violations.isEmpty, "\(report.description)")
    }
}
